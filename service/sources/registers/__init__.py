"""Registers: vehicles, things sought, operators, container owners. Ports: `usecases.registers`.

- `exchange`: one question over HTTP with a deadline, retries and a circuit breaker
- `eucaris`, `local_vehicle_table`: vehicles
- `stolen_objects`: hit or no hit, never cached
- `eori_register`, `owner_codes`, `aeo`: operators, container prefixes, trusted traders
"""
