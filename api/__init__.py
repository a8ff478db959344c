"""The edge: web service, pages, command line, store, jobs and identity."""
