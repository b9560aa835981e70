"""Links: one file each. They reach the pipeline through the entry points of the group `carelog.links`."""
