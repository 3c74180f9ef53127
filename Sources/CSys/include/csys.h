// System calls that Swift cannot name itself: locks on the heap, typed shims over variadic calls.
#ifndef BAILIWICK_CSYS_H
#define BAILIWICK_CSYS_H

/// A mutex on the heap. Never stored inline: Swift may move a value that holds it.
typedef struct bw_lock bw_lock;

bw_lock *bw_lock_create(void);
void bw_lock_destroy(bw_lock *lock);
void bw_lock_acquire(bw_lock *lock);
void bw_lock_release(bw_lock *lock);

#endif
