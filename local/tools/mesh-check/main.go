// Command mesh-check tells whether Istio accepts a MeshConfig: it reads the YAML on stdin, as the key `mesh` of the
// ConfigMap `istio` holds it, and exits with 0, or with 1 and the reason on stderr. Istio's warnings go to stdout.
//
// The Istio version is that of the go.mod it is built with. istiod itself ignores fields that it does not know; here
// they are errors.
package main

import (
	"fmt"
	"io"
	"os"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/util/protomarshal"
)

func main() {
	if err := check(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(input io.Reader) error {
	text, err := io.ReadAll(input)
	if err != nil {
		return err
	}
	if err := protomarshal.ApplyYAMLStrict(string(text), &meshconfig.MeshConfig{}); err != nil {
		return err
	}
	// As istiod does at its start: merges with the defaults, then validates.
	_, err = mesh.ApplyMeshConfigDefaults(string(text))
	return err
}
