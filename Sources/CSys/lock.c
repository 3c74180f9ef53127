#include "include/csys.h"

#include <pthread.h>
#include <stdlib.h>

struct bw_lock {
    pthread_mutex_t mutex;
};

bw_lock *bw_lock_create(void) {
    bw_lock *lock = malloc(sizeof *lock);
    if (lock == NULL || pthread_mutex_init(&lock->mutex, NULL) != 0) abort();
    return lock;
}

void bw_lock_destroy(bw_lock *lock) {
    pthread_mutex_destroy(&lock->mutex);
    free(lock);
}

void bw_lock_acquire(bw_lock *lock) { pthread_mutex_lock(&lock->mutex); }

void bw_lock_release(bw_lock *lock) { pthread_mutex_unlock(&lock->mutex); }
