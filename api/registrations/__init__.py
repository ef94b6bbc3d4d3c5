"""What the resources `professionals` and `organizations` share: filters, inputs, outputs, views, actions."""
