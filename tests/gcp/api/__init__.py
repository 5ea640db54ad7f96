"""Google's APIs as Google describes them, and this program's resources as requests to them.

`descriptions.py` reads Google's discovery documents, which the package `google-api-python-client` carries;
`checking.py` holds a request against them. `container.py`, `compute.py` and `projects.py` say which requests the
genuine provider makes of a resource's inputs; `resources.py` is the table of them. Nothing here talks to Google.

Source of the requests: github.com/hashicorp/terraform-provider-google-beta, commit 93c65b2d60fe (August 2026), folder
`google-beta/services`; pulumi-gcp 10.2 is built from that provider.
"""
