"""Simulated CPOs and eMSPs: real OCPI servers for the demo, the tests and the benchmarks."""
