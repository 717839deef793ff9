package io.github.kqueueffm.selector;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Registrations by id. An id is a slot's index in its lower half and the slot's generation, from 1
 * on, in its upper half: found without a search, and never used again. Those of one ident are found
 * by a hash table. Confined to the loop's thread.
 */
final class RegistrationTable {
  private static final int INITIAL = 64;

  private Registration[] slots = new Registration[INITIAL];
  private int[] generations = new int[INITIAL];
  private int[] free = new int[INITIAL];
  private Registration[] buckets = new Registration[INITIAL];
  private int freeCount;
  private int used;
  private int live;

  /** The id of the registration that the next {@link #put} must add. */
  long nextId() {
    int index = freeCount > 0 ? free[freeCount - 1] : used;
    int generation = index < generations.length ? generations[index] + 1 : 1;
    return (long) generation << 32 | index;
  }

  void put(Registration registration) {
    int index = index(registration.id());
    if (freeCount > 0) {
      freeCount--;
    } else {
      used++;
      if (index == slots.length) {
        grow();
      }
    }
    generations[index] = (int) (registration.id() >>> 32);
    if (live == buckets.length) {
      growBuckets();
    }
    slots[index] = registration;
    live++;
    link(registration);
  }

  /** The live registration of that id, or {@code null}. */
  Registration get(long id) {
    int index = index(id);
    if (index < 0 || index >= slots.length) {
      return null;
    }
    Registration registration = slots[index];
    return registration != null && registration.id() == id ? registration : null;
  }

  void remove(Registration registration) {
    int index = index(registration.id());
    slots[index] = null;
    live--;
    unlink(registration);
    // A slot whose generations are used up is never used again.
    if (generations[index] != Integer.MAX_VALUE) {
      free[freeCount++] = index;
    }
  }

  int size() {
    return live;
  }

  void forEach(Consumer<? super Registration> action) {
    for (int i = 0; i < used; i++) {
      Registration registration = slots[i];
      if (registration != null) {
        action.accept(registration);
      }
    }
  }

  /** The knotes that live registrations of an ident may have. */
  int knotesOf(long ident) {
    int knotes = 0;
    Registration registration = buckets[bucket(ident)];
    for (; registration != null; registration = registration.nextInBucket()) {
      if (registration.ident() == ident) {
        knotes |= registration.knotes();
      }
    }
    return knotes;
  }

  private int bucket(long ident) {
    return Long.hashCode(ident) & buckets.length - 1;
  }

  private void link(Registration registration) {
    int bucket = bucket(registration.ident());
    registration.nextInBucket(buckets[bucket]);
    buckets[bucket] = registration;
  }

  private void unlink(Registration registration) {
    int bucket = bucket(registration.ident());
    Registration previous = buckets[bucket];
    if (previous == registration) {
      buckets[bucket] = registration.nextInBucket();
    } else {
      while (previous.nextInBucket() != registration) {
        previous = previous.nextInBucket();
      }
      previous.nextInBucket(registration.nextInBucket());
    }
    registration.nextInBucket(null);
  }

  private void growBuckets() {
    buckets = new Registration[Math.multiplyExact(buckets.length, 2)];
    forEach(this::link);
  }

  private static int index(long id) {
    return (int) id;
  }

  private void grow() {
    int length = Math.multiplyExact(slots.length, 2);
    slots = Arrays.copyOf(slots, length);
    generations = Arrays.copyOf(generations, length);
    free = Arrays.copyOf(free, length);
  }
}
