"""The four papers, tensors in and tensors out; no files, no command line."""
