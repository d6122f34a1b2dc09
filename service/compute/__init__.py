"""Where analysis is computed: in this process, or elsewhere behind the same protocol."""
