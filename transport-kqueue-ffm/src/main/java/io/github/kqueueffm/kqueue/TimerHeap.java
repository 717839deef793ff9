package io.github.kqueueffm.kqueue;

import java.util.Arrays;

/** The running timers, the one that expires first on top. Each knows its index. */
final class TimerHeap {
  private IdentKnote[] heap = new IdentKnote[16];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  IdentKnote first() {
    return heap[0];
  }

  void add(IdentKnote knote) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    up(size++, knote);
  }

  /** Takes a timer out; nothing happens if it does not run. */
  void remove(IdentKnote knote) {
    int index = knote.heapIndex;
    if (index < 0) {
      return;
    }
    knote.heapIndex = -1;
    IdentKnote last = heap[--size];
    heap[size] = null;
    if (last != knote) {
      down(index, last);
      if (heap[index] == last) {
        up(index, last);
      }
    }
  }

  private void up(int index, IdentKnote knote) {
    int i = index;
    while (i > 0 && isBefore(knote, heap[(i - 1) / 2])) {
      put(i, heap[(i - 1) / 2]);
      i = (i - 1) / 2;
    }
    put(i, knote);
  }

  private void down(int index, IdentKnote knote) {
    int i = index;
    for (int child = 2 * i + 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isBefore(heap[child], knote)) {
        break;
      }
      put(i, heap[child]);
      i = child;
    }
    put(i, knote);
  }

  private void put(int index, IdentKnote knote) {
    heap[index] = knote;
    knote.heapIndex = index;
  }

  private static boolean isBefore(IdentKnote a, IdentKnote b) {
    return a.deadline - b.deadline < 0;
  }
}
