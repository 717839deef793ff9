#include "netbsd.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>

/*
 * A kqueue is a list of knotes, looked at one by one. poll(2) only says when it is worth looking
 * again, so that what it reports of a descriptor closed meanwhile does no harm.
 */

#ifdef KEVENT100
#define KEVENT "__kevent100"
#define KEVENT_SIZE 72
#else
#define KEVENT "__kevent50"
#define KEVENT_SIZE 40
#endif

enum { READ = 0, WRITE = 1, TIMER = 6, USER = 8 };
enum {
  ADD = 0x1,
  DELETE = 0x2,
  ENABLE = 0x4,
  DISABLE = 0x8,
  ONESHOT = 0x10,
  CLEAR = 0x20,
  RECEIPT = 0x40,
  DISPATCH = 0x80,
  ERROR = 0x4000,
  END = 0x8000,
};
enum { LOWAT = 1, TRIGGER = 0x1000000 };

static const int64_t MILLI = 1000000;
static const int64_t NEVER_REACHED = 0x7fffffff;

struct nb_kevent {
  uint64_t ident;
  uint32_t filter;
  uint32_t flags;
  uint32_t fflags;
  int64_t data;
  uint64_t udata;
#ifdef KEVENT100
  uint64_t ext[4];
#endif
};
_Static_assert(sizeof(struct nb_kevent) == KEVENT_SIZE, "NetBSD's struct kevent");

struct knote {
  struct nb_kevent event;
  int disabled;
  int triggered;
  int64_t deadline;
  int64_t seen; /* bytes that an EV_CLEAR has reported */
  int seen_end;
  struct knote *next;
};

struct queue {
  int fd; /* an eventfd, written when a wait has to look again */
  int waiting;
  struct knote *knotes;
  struct queue *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct queue *queues;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 * MILLI + time.tv_nsec;
}

static struct queue *queue_of(int fd) {
  struct queue *queue = queues;
  while (queue != NULL && queue->fd != fd) {
    queue = queue->next;
  }
  return queue;
}

static void look_again(struct queue *queue) {
  uint64_t one = 1;
  if (queue->waiting) {
    syscall(SYS_write, queue->fd, &one, sizeof one);
  }
}

int nb_kqueue(void) EXPORTED("kqueue");
int nb_kqueue(void) {
  int fd = (int)CALL(SYS_eventfd2, 0, EFD_NONBLOCK | EFD_CLOEXEC);
  struct queue *queue = fd < 0 ? NULL : calloc(1, sizeof *queue);
  if (queue == NULL) {
    return -1;
  }
  queue->fd = fd;
  pthread_mutex_lock(&lock);
  queue->next = queues;
  queues = queue;
  pthread_mutex_unlock(&lock);
  return ours(fd);
}

static void drop(struct knote **link) {
  struct knote *knote = *link;
  *link = knote->next;
  free(knote);
}

static int is_descriptor(const struct nb_kevent *event) {
  return event->filter == READ || event->filter == WRITE;
}

/* close(2) takes a descriptor's knotes away, and a kqueue's. */
void kqueue_forget(int fd) {
  pthread_mutex_lock(&lock);
  for (struct queue **at = &queues; *at != NULL;) {
    struct queue *queue = *at;
    for (struct knote **link = &queue->knotes; *link != NULL;) {
      if (queue->fd == fd
          || (is_descriptor(&(*link)->event) && (int)(*link)->event.ident == fd + FIRST_FD)) {
        drop(link);
      } else {
        link = &(*link)->next;
      }
    }
    if (queue->fd == fd) {
      *at = queue->next;
      free(queue);
    } else {
      /* A wait holds the file, which otherwise would not be closed yet. */
      look_again(queue);
      at = &queue->next;
    }
  }
  pthread_mutex_unlock(&lock);
}

static short ready(int fd, short wanted) {
  struct pollfd poll = {fd, wanted, 0};
  struct timespec zero = {0, 0};
  return syscall(SYS_ppoll, &poll, 1, &zero, NULL, 0) < 0 ? 0 : poll.revents;
}

/* Whether poll would call it hung up although kqueue has nothing to say of it. */
static int is_silent(int fd) {
  struct endpoint *socket = endpoint(fd);
  return socket->family != 0 && socket->type == SOCK_STREAM && !socket->connected
         && !socket->listening;
}

static int64_t bytes_in(int fd, unsigned long request) {
  int bytes = 0;
  return syscall(SYS_ioctl, fd, request, &bytes) < 0 ? 0 : bytes;
}

static int64_t low_water(const struct knote *knote) {
  return knote->event.fflags & LOWAT ? knote->event.data : 1;
}

static int is_news(struct knote *knote, int64_t bytes, int end) {
  if (!(knote->event.flags & CLEAR)) {
    return 1;
  }
  int news = bytes > knote->seen || (end && !knote->seen_end);
  knote->seen = bytes;
  knote->seen_end = end;
  return news;
}

static int readable(struct knote *knote, struct nb_kevent *event) {
  int fd = real((int)knote->event.ident);
  if (fd < 0 || is_silent(fd)) {
    return 0;
  }
  struct endpoint *socket = endpoint(fd);
  int stream = socket->type == SOCK_STREAM;
  short found = ready(fd, POLLIN | POLLRDHUP);
  if (stream && (found & POLLERR)) {
    take_error(fd);
  }
  int end = (stream || socket->family == 0) && (found & (POLLRDHUP | POLLHUP));
  event->data = socket->listening ? (found & POLLIN) != 0 : bytes_in(fd, FIONREAD);
  event->fflags = end ? (uint32_t)socket->error : 0;
  event->flags |= end ? END : 0;
  int empty_datagram = socket->type == SOCK_DGRAM && (found & POLLIN);
  int news = is_news(knote, event->data, end);
  return news
         && (event->data >= low_water(knote) || end || empty_datagram
             || (!stream && (found & POLLERR)));
}

static int writable(struct knote *knote, struct nb_kevent *event) {
  int fd = real((int)knote->event.ident);
  if (fd < 0 || is_silent(fd)) {
    return 0;
  }
  struct endpoint *socket = endpoint(fd);
  short found = ready(fd, POLLOUT);
  int stream = socket->type == SOCK_STREAM;
  if (stream && (found & POLLERR)) {
    take_error(fd);
  }
  int end = socket->write_shut || (stream && (found & (POLLERR | POLLHUP)))
            || (socket->family == 0 && (found & POLLERR));
  event->data = 1;
  event->fflags = end ? (uint32_t)socket->error : 0;
  event->flags |= end ? END : 0;
  return (found & (POLLOUT | POLLERR | POLLHUP)) != 0 && is_news(knote, 1, end);
}

static int expired(struct knote *knote, struct nb_kevent *event) {
  int64_t late = now() - knote->deadline;
  if (late < 0) {
    return 0;
  }
  int64_t period = knote->event.data * MILLI;
  event->data = 1 + late / period;
  knote->deadline += event->data * period;
  return 1;
}

static int active(struct knote *knote, struct nb_kevent *event) {
  *event = knote->event;
  switch (event->filter) {
    case READ:
      return readable(knote, event);
    case WRITE:
      return writable(knote, event);
    case TIMER:
      return expired(knote, event);
    default:
      event->data = 0;
      return knote->triggered;
  }
}

static size_t scan(struct queue *queue, struct nb_kevent *events, size_t room) {
  size_t count = 0;
  struct knote **link = &queue->knotes;
  while (*link != NULL && count < room) {
    struct knote *knote = *link;
    if (!knote->disabled && active(knote, &events[count])) {
      uint32_t flags = knote->event.flags;
      count++;
      if (flags & ONESHOT) {
        drop(link);
        continue;
      }
      knote->disabled = (flags & DISPATCH) != 0;
      if (flags & CLEAR) {
        knote->triggered = 0;
      }
    }
    link = &knote->next;
  }
  return count;
}

static int add(struct queue *queue, struct knote **link, const struct nb_kevent *change) {
  if (change->filter == TIMER && change->data <= 0) {
    return NB_EINVAL;
  }
  if (*link == NULL) {
    *link = calloc(1, sizeof **link);
    if (*link == NULL) {
      return ENOMEM;
    }
    (*link)->event = *change;
    (*link)->event.flags &= ADD | ONESHOT | CLEAR | DISPATCH;
  }
  struct knote *knote = *link;
  /* One that exists keeps its ONESHOT and its CLEAR. */
  knote->event.fflags = change->fflags & ~(uint32_t)TRIGGER;
  knote->event.data = change->data;
  knote->event.udata = change->udata;
  knote->seen = 0;
  knote->seen_end = 0;
  knote->disabled = 0;
  if (change->filter == TIMER) {
    knote->deadline = now() + change->data * MILLI;
  }
  look_again(queue);
  return 0;
}

static int is_known(uint32_t filter) {
#ifdef WITHOUT_USER
  return filter == READ || filter == WRITE || filter == TIMER;
#else
  return filter == READ || filter == WRITE || filter == TIMER || filter == USER;
#endif
}

/* 0 or the errno. */
static int apply(struct queue *queue, const struct nb_kevent *change) {
  if (!is_known(change->filter)) {
    return NB_EINVAL;
  }
  if (is_descriptor(change) && (change->ident > INT32_MAX || real((int)change->ident) < 0)) {
    return NB_EBADF;
  }
  struct knote **link = &queue->knotes;
  while (*link != NULL
         && ((*link)->event.ident != change->ident || (*link)->event.filter != change->filter)) {
    link = &(*link)->next;
  }
  if (change->flags & ADD) {
    int error = add(queue, link, change);
    if (error != 0) {
      return error;
    }
  }
  if (*link == NULL) {
    return NB_ENOENT;
  }
  if (change->flags & DELETE) {
    drop(link);
    return 0;
  }
  if (change->flags & DISABLE) {
    (*link)->disabled = 1;
  } else if (change->flags & ENABLE) {
    (*link)->disabled = 0;
  }
  if (change->filter == USER && !(change->flags & ADD)) {
    /* EV_CLEAR in the triggering change cancels the trigger. */
    (*link)->triggered = (change->fflags & TRIGGER) && !(change->flags & CLEAR);
  }
  look_again(queue);
  return 0;
}

/* How many answers there are, or -1 and errno when there is no room for an error. */
static long apply_all(struct queue *queue, const struct nb_kevent *changes, size_t count,
                      struct nb_kevent *events, size_t room) {
  size_t answers = 0;
  for (size_t i = 0; i < count; i++) {
    struct nb_kevent change = changes[i];
    int error = apply(queue, &change);
    if (error == 0 && !(change.flags & RECEIPT)) {
      continue;
    }
    if (answers == room) {
      return error == 0 ? (long)answers : fail(error);
    }
    change.flags = ERROR;
    change.data = error;
    events[answers++] = change;
  }
  return (long)answers;
}

/* What a wait has to poll for; what poll cannot tell shortens the wait. */
static size_t wanted(struct queue *queue, struct pollfd *polls, int64_t *end) {
  size_t count = 0;
  polls[count++] = (struct pollfd){queue->fd, POLLIN, 0};
  for (struct knote *knote = queue->knotes; knote != NULL; knote = knote->next) {
    int64_t again = now() + 10 * MILLI;
    if (knote->disabled || knote->event.filter == USER) {
      continue;
    }
    if (knote->event.filter == TIMER) {
      *end = knote->deadline < *end ? knote->deadline : *end;
      continue;
    }
    int fd = (int)knote->event.ident - FIRST_FD;
    if (is_silent(fd) || knote->seen_end) {
      continue;
    }
    short events = knote->event.filter == WRITE ? POLLOUT : POLLIN | POLLRDHUP;
    if (low_water(knote) > 1 || knote->seen > 0) {
      events = POLLRDHUP;
      *end = low_water(knote) < NEVER_REACHED && again < *end ? again : *end;
    }
    polls[count++] = (struct pollfd){fd, events, 0};
  }
  return count;
}

static size_t knotes_of(const struct queue *queue) {
  size_t count = 0;
  for (const struct knote *knote = queue->knotes; knote != NULL; knote = knote->next) {
    count++;
  }
  return count;
}

/* Waits with the lock free. 0, or -1 and errno. */
static int sleep_until(struct queue *queue, int64_t end) {
  struct pollfd *polls = malloc((knotes_of(queue) + 1) * sizeof *polls);
  if (polls == NULL) {
    return fail(ENOMEM);
  }
  size_t count = wanted(queue, polls, &end);
  int64_t left = end - now();
  left = left > 0 ? left : 0;
  struct timespec time = {left / (1000 * MILLI), left % (1000 * MILLI)};
  int fd = queue->fd;
  queue->waiting++;
  pthread_mutex_unlock(&lock);
  long result = CALL(SYS_ppoll, polls, count, end == INT64_MAX ? NULL : &time, NULL, 0);
  int error = errno;
  free(polls);
  pthread_mutex_lock(&lock);
  if (queue_of(fd) != queue) {
    return fail(NB_EBADF);
  }
  uint64_t pokes;
  if (--queue->waiting == 0) {
    syscall(SYS_read, fd, &pokes, sizeof pokes);
  }
  return result < 0 ? fail(error) : 0;
}

static long locked_kevent(int kq, const struct nb_kevent *changes, size_t nchanges,
                          struct nb_kevent *events, size_t nevents,
                          const struct timespec *timeout) {
  int fd = real(kq);
  struct queue *queue = fd < 0 ? NULL : queue_of(fd);
  if (queue == NULL) {
    return fail(NB_EBADF);
  }
  if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_nsec < 0
                          || timeout->tv_nsec >= 1000 * MILLI)) {
    return fail(NB_EINVAL);
  }
  long answers = apply_all(queue, changes, nchanges, events, nevents);
  if (answers != 0 || nevents == 0) {
    return answers;
  }
  int64_t end = timeout == NULL ? INT64_MAX
                                : now() + timeout->tv_sec * 1000 * MILLI + timeout->tv_nsec;
  for (;;) {
    size_t count = scan(queue, events, nevents);
    if (count > 0 || now() >= end) {
      return (long)count;
    }
    if (sleep_until(queue, end) < 0) {
      return -1;
    }
  }
}

int nb_kevent(int kq, const struct nb_kevent *changes, size_t nchanges, struct nb_kevent *events,
              size_t nevents, const struct timespec *timeout) EXPORTED(KEVENT);
int nb_kevent(int kq, const struct nb_kevent *changes, size_t nchanges, struct nb_kevent *events,
              size_t nevents, const struct timespec *timeout) {
  pthread_mutex_lock(&lock);
  long result = locked_kevent(kq, changes, nchanges, events, nevents, timeout);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return (int)result;
}
