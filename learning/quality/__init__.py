"""How good the coach is on questions whose answers a trainer knows: kept sets, runs over them, and what changed between two."""
