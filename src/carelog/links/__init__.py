"""Links: one file each, named as the link is, and beside them what several share. They reach the pipeline through the
entry points of the group `carelog.links`."""
