"""The composition root: settings, adapters bound to ports, urls. The only place that knows everything."""
