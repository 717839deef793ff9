package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_EOF;
import static io.github.kqueueffm.abi.Constant.EV_ERROR;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.EV_RECEIPT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.Room.Event;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangelistTest extends ProviderTest {

  @Test
  void failedChangeIsAnEntryAndEndsTheCallWithoutWaiting() {
    int[] pair = room.pair();
    room.write(pair[1], 1);
    room.change(pair[0], EVFILT_WRITE, 5, EV_DELETE);
    room.change(pair[0], EVFILT_READ, 6, EV_ADD, EV_ONESHOT);

    Event answer = room.awaitOne();
    assertThat(room.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(room.number(Errno.ENOENT));
    assertThat(answer.ident()).isEqualTo(pair[0]);
    assertThat(answer.filter()).isEqualTo(room.get(EVFILT_WRITE));
    assertThat(answer.udata()).isEqualTo(5);
    assertThat(room.awaitOne().udata()).as("the later change was applied").isEqualTo(6);
  }

  @Test
  void everyFailedChangeHasItsEntry() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_WRITE, 1, EV_DELETE);
    room.change(pair[0], EVFILT_READ, 2, EV_ADD);
    room.change(pair[0], EVFILT_TIMER, 3, EV_DELETE);
    List<Event> answers = room.await();
    assertThat(answers).extracting(Event::udata).containsExactly(1L, 3L);
    assertThat(answers).allMatch(answer -> answer.data() == room.number(Errno.ENOENT));
  }

  @Test
  void withoutRoomTheFirstErrorIsTheAnswerAndEndsTheChanges() {
    int[] pair = room.pair();
    room.write(pair[1], 1);
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    room.change(pair[0], EVFILT_WRITE, 2, EV_DELETE);
    room.change(pair[0], EVFILT_WRITE, 3, EV_ADD, EV_ONESHOT);
    assertThat(room.send()).isEqualTo(-room.number(Errno.ENOENT));
    assertThat(room.await()).extracting(Event::udata).containsExactly(1L);
  }

  @Test
  void whenTheRoomForErrorsRunsOutTheNextOneIsTheAnswer() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_WRITE, 1, EV_DELETE);
    room.change(pair[0], EVFILT_READ, 2, EV_DELETE);
    room.change(pair[0], EVFILT_WRITE, 3, EV_ADD, EV_ONESHOT);
    assertThat(room.call(10_000_000_000L, 1)).isEqualTo(-room.number(Errno.ENOENT));
    assertThat(room.await(20, 8)).as("later changes were not applied").isEmpty();
  }

  @Test
  void receiptsAnswerEachChangeAndEndTheCallWithoutWaiting() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_RECEIPT);
    room.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT, EV_RECEIPT);
    room.change(99, EVFILT_TIMER, 3, EV_DELETE, EV_RECEIPT);
    List<Event> answers = room.await();
    assertThat(answers).extracting(Event::udata).containsExactly(1L, 2L, 3L);
    assertThat(answers).allMatch(answer -> room.is(answer, EV_ERROR));
    assertThat(answers)
        .extracting(Event::data)
        .containsExactly(0L, 0L, (long) room.number(Errno.ENOENT));
    assertThat(room.awaitOne().udata()).isEqualTo(2);
  }

  @Test
  void descriptorThatIsNotOpenIsRefused() {
    int[] pair = room.pair();
    room.close(pair[1]);
    long[] bad = {pair[1], 1 << 30, -1};
    for (long ident : bad) {
      room.change(ident, EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
      room.change(ident, EVFILT_WRITE, 2, EV_ADD, EV_CLEAR);
      List<Event> answers = room.await();
      assertThat(answers).hasSize(2);
      assertThat(answers).allMatch(answer -> room.is(answer, EV_ERROR));
      assertThat(answers).allMatch(answer -> answer.data() == room.number(Errno.EBADF));
    }
  }

  @Test
  void unknownFilterIsRefused() {
    // No filter has this number anywhere; those of NetBSD are positive.
    room.change(1, EV_EOF, 1, EV_ADD);
    Event answer = room.awaitOne();
    assertThat(room.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(room.number(Errno.EINVAL));
  }

  @Test
  void changesAndEventsMayShareTheirMemory() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_DELETE);
    room.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT, EV_RECEIPT);
    room.change(pair[0], EVFILT_TIMER, 3, EV_DELETE);
    List<Event> answers = room.awaitInPlace();
    assertThat(answers).extracting(Event::udata).containsExactly(1L, 2L, 3L);
  }
}
