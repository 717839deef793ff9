package io.github.kqueueffm.simulation;

/** What an event queue holds for a file: a knote of a kqueue, or an item of an epoll. */
abstract class EventEntry {
  EventEntry previous;
  EventEntry next;
  boolean queued;
}
