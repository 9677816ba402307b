"""Networks that learn images: one folder each with its network, its settings and how it is sampled (promise: `AbstractImageModel`)."""
