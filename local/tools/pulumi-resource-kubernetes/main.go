// Command pulumi-resource-kubernetes is the genuine Kubernetes provider of Pulumi.
//
// The provider's own main embeds schema files that are generated in its repository and are not part of the Go module; the
// engine needs them only to generate SDKs, so empty ones stand in for them here.
package main

import "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

func main() {
	provider.Serve("kubernetes", "4.25.0", []byte("{}"), []byte("{}"))
}
