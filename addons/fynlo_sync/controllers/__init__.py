from . import conflicts, push, sync
