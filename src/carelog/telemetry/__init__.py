"""What is measured of a running Carelog: metrics and traces. No health data, ever."""
