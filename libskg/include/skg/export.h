// SKG_EXPORT marks what the shared library shows; everything else is hidden.
#pragma once

#if defined(_WIN32)
#define SKG_EXPORT
#else
#define SKG_EXPORT __attribute__((visibility("default")))
#endif
