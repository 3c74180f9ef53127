// Threads, semaphores and the loop of the current thread.
#define _GNU_SOURCE
#include "include/csys.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local void *current_loop;

void *bw_current_loop(void) { return current_loop; }

void bw_current_loop_set(void *loop) { current_loop = loop; }

struct start {
    void (*body)(void *);
    void *context;
    char name[16];
};

static void *enter(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    pthread_setname_np(pthread_self(), start.name);
    start.body(start.context);
    return NULL;
}

int bw_thread_start(void (*body)(void *), void *context, const char *name, uint64_t *thread) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL) return -ENOMEM;
    start->body = body;
    start->context = context;
    strncpy(start->name, name, sizeof start->name - 1);
    start->name[sizeof start->name - 1] = 0;

    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t id;
    int code = pthread_create(&id, NULL, enter, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0) {
        free(start);
        return -code;
    }
    *thread = (uint64_t)id;
    return 0;
}

void bw_thread_join(uint64_t thread) { pthread_join((pthread_t)thread, NULL); }

void bw_thread_detach(uint64_t thread) { pthread_detach((pthread_t)thread); }

struct bw_semaphore {
    sem_t semaphore;
};

bw_semaphore *bw_semaphore_create(void) {
    bw_semaphore *semaphore = malloc(sizeof *semaphore);
    if (semaphore == NULL || sem_init(&semaphore->semaphore, 0, 0) != 0) abort();
    return semaphore;
}

void bw_semaphore_post(bw_semaphore *semaphore) { sem_post(&semaphore->semaphore); }

void bw_semaphore_wait(bw_semaphore *semaphore) {
    while (sem_wait(&semaphore->semaphore) != 0 && errno == EINTR) {
    }
}
