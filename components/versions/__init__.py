"""What each Istio version needs in order to trace, and which versions are supported, where and until when: tables."""
