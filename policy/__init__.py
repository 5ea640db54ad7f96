"""The policy pack: what no environment of this project may break, judged by Pulumi's engine before anything is made."""
