from . import conflicts, push, realtime_page, sync
