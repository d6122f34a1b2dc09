"""Papers: what authorities, carriers, terminals and registers state about goods and vehicles.

- `paper`: the envelope of every statement: kind, reference, revision, origin
- `consignment`: declarations, transit, entry summaries, invoices, packing lists, bills of lading
- `movement`: gate, loading and discharge reports, status events, bay plans, appointments
- `measurement`: weighings and verified gross masses
- `track`: positions of vehicles, seals and vessels
- `current`: which revision counts, whatever the order of arrival
"""
