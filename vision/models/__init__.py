"""Shipped models: manifests, the verified shelf, ONNX sessions."""
