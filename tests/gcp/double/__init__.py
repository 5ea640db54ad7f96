"""A test double of Pulumi's provider for Google Cloud, and of the cloud behind it.

Nothing here talks to Google. The double answers Pulumi's engine as `pulumi-resource-gcp` 10.2.0 does for the resources
that this program makes, so that the genuine engine can run the whole program: it holds inputs against the types of
Google's genuine SDK, knows what makes another resource necessary, refuses what Google's API refuses, and points the
cluster's endpoints at the sandbox's API server.

Sources of its behaviour, read at these versions:
    github.com/hashicorp/terraform-provider-google-beta v7.45.0, `google-beta/services`: `ForceNew`, deletion
        protection, what a failed creation leaves behind.
    github.com/pulumi/pulumi-gcp `provider/resources.go`: names that are filled in.
    github.com/pulumi/pulumi-terraform-bridge v3.137, `pkg/tfbridge/provider.go`: deletion before replacement, partial
        creation, cancellation.
"""
