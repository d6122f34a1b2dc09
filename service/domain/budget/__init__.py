"""How many false alarms a site allows each rule, and whether the rule keeps to it."""
