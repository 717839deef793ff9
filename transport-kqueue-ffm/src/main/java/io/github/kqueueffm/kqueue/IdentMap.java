package io.github.kqueueffm.kqueue;

/**
 * Knotes by ident: a hash table with open addressing that allocates nothing but the knotes, and
 * those it keeps for further ones.
 */
final class IdentMap {
  private IdentKnote[] slots = new IdentKnote[16];
  private int size;
  private IdentKnote spare;

  IdentKnote get(long ident) {
    return slots[slotOf(ident)];
  }

  /** Makes a knote for an ident that has none. */
  IdentKnote create(long ident) {
    if (2 * (size + 1) > slots.length) {
      grow();
    }
    IdentKnote knote = spare != null ? spare : new IdentKnote();
    spare = knote.next;
    knote.next = null;
    knote.ident = ident;
    slots[slotOf(ident)] = knote;
    size++;
    return knote;
  }

  /** Removes a knote that is in no queue any more. */
  void remove(IdentKnote knote) {
    int hole = slotOf(knote.ident);
    slots[hole] = null;
    size--;
    // What collided with the one that is gone moves up, so that it is found without a tombstone.
    for (int i = next(hole); slots[i] != null; i = next(i)) {
      IdentKnote moved = slots[i];
      slots[i] = null;
      slots[slotOf(moved.ident)] = moved;
    }
    knote.next = spare;
    spare = knote;
  }

  private int slotOf(long ident) {
    int i = home(ident);
    while (slots[i] != null && slots[i].ident != ident) {
      i = next(i);
    }
    return i;
  }

  private int home(long ident) {
    long mixed = ident * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & slots.length - 1;
  }

  private int next(int slot) {
    return slot + 1 & slots.length - 1;
  }

  private void grow() {
    IdentKnote[] old = slots;
    slots = new IdentKnote[2 * old.length];
    for (IdentKnote knote : old) {
      if (knote != null) {
        slots[slotOf(knote.ident)] = knote;
      }
    }
  }
}
