package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Kernel;

/**
 * The EV_CLEAR knotes of one filter: an edge-triggered epoll inside the main one. They cannot share
 * a registration with level-triggered knotes, since EPOLLET is the descriptor's; nor with those of
 * the other filter, since an edge of one side reports the state of both.
 */
final class EdgeEpoll {
  private static final int BATCH = 64;

  private final Kernel kernel;
  private final Numbers n;
  private final int mask;
  private final long token;
  private final int getFlags;
  private Epoll epoll;
  private EpollEvents events;

  EdgeEpoll(Kernel kernel, Numbers numbers, boolean read) {
    this.kernel = kernel;
    this.n = numbers;
    getFlags = kernel.platform().get(Constant.F_GETFD);
    this.token = read ? Epoll.READ_EDGES : Epoll.WRITE_EDGES;
    this.mask = (read ? n.in | n.rdhup : n.out) | n.edge;
  }

  /** Adds the knote, or has its readiness looked at again; 0 or the negative errno. */
  int arm(Registry registry, Descriptor descriptor, Knote knote) {
    if (epoll == null) {
      // Asked first, as the new epoll could get the very number that is not open.
      int result = kernel.fcntl(descriptor.fd, getFlags, 0);
      result = result < 0 ? result : open(registry);
      if (result < 0) {
        return result;
      }
    }
    int result;
    if (knote.inEdges) {
      result = epoll.modify(descriptor.fd, mask, descriptor.token());
    } else {
      result = epoll.add(descriptor.fd, mask, descriptor.token());
      if (result == -n.eexist) {
        result = epoll.modify(descriptor.fd, mask, descriptor.token());
      }
    }
    knote.inEdges = result == 0;
    return result;
  }

  void disarm(Descriptor descriptor, Knote knote) {
    if (knote.inEdges) {
      knote.inEdges = false;
      // Any errno: an edge that is still reported finds no knote, and an ADD answers EEXIST to
      // what epoll still has.
      epoll.delete(descriptor.fd);
    }
  }

  private int open(Registry registry) {
    int fd = Epoll.create(kernel);
    if (fd < 0) {
      return fd;
    }
    int result = registry.main().add(fd, n.in, token);
    if (result < 0) {
      Calls.close(kernel, fd);
      return result;
    }
    epoll = Epoll.of(kernel, fd);
    registry.owns(fd);
    if (events == null) {
      events = new EpollEvents(kernel.platform(), BATCH);
    }
    return 0;
  }

  /** What is ready, at most so many. */
  int poll(int max) {
    return epoll.poll(events, Math.min(max, BATCH));
  }

  EpollEvents events() {
    return events;
  }

  /** Adds it to a further main epoll; 0 or the negative errno. */
  int addTo(Epoll main) {
    return epoll == null ? 0 : main.add(epoll.fd(), n.in, token);
  }

  void close() {
    if (epoll != null) {
      epoll.close();
    }
    if (events != null) {
      events.free();
    }
  }
}
