"""Container codes and licence plates in photographs."""
