"""Pictures: results to layers, and layers to maps, charts and pages."""
