"""How features are computed: the kernel and the ways that carry it."""
