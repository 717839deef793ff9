package io.github.kqueueffm.selector;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Registrations by id. An id is a slot's index in its lower half and the slot's generation, from 1
 * on, in its upper half: found without a search, and never used again. Confined to the loop's
 * thread.
 */
final class RegistrationTable {
  private static final int INITIAL = 64;

  private Registration[] slots = new Registration[INITIAL];
  private int[] generations = new int[INITIAL];
  private int[] free = new int[INITIAL];
  private int freeCount;
  private int used;
  private int live;

  /** The id that the next {@link #put} has to be made for. */
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
    slots[index] = registration;
    live++;
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

  /** The knotes that live registrations of an ident may have; a search, for cold paths. */
  int knotesOf(long ident) {
    int knotes = 0;
    for (int i = 0; i < used; i++) {
      Registration registration = slots[i];
      if (registration != null && registration.ident() == ident) {
        knotes |= registration.knotes();
      }
    }
    return knotes;
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
