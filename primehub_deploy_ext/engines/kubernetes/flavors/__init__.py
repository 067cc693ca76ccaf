"""How deployments are made on a cluster: one module for each kind of object that can carry one."""
