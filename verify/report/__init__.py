"""The report: one HTML file that needs nothing else, with a trace's waterfall and the call graph as pictures."""
