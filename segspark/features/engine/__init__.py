"""How features are computed: the kernel and the engines that run it."""
