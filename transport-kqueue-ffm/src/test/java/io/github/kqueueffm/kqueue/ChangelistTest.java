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
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangelistTest extends ProviderTest {

  @Test
  void failedChangeIsAnEntryAndEndsTheCallWithoutWaiting() {
    int[] pair = fixture.pair();
    fixture.write(pair[1], 1);
    fixture.change(pair[0], EVFILT_WRITE, 5, EV_DELETE);
    fixture.change(pair[0], EVFILT_READ, 6, EV_ADD, EV_ONESHOT);

    Event answer = fixture.awaitOne();
    assertThat(fixture.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(fixture.number(Errno.ENOENT));
    assertThat(answer.ident()).isEqualTo(pair[0]);
    assertThat(answer.filter()).isEqualTo(fixture.get(EVFILT_WRITE));
    assertThat(answer.udata()).isEqualTo(5);
    assertThat(fixture.awaitOne().udata()).as("the later change was applied").isEqualTo(6);
  }

  @Test
  void everyFailedChangeHasItsEntry() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_WRITE, 1, EV_DELETE);
    fixture.change(pair[0], EVFILT_READ, 2, EV_ADD);
    fixture.change(pair[0], EVFILT_TIMER, 3, EV_DELETE);
    List<Event> answers = fixture.await();
    assertThat(answers).extracting(Event::udata).containsExactly(1L, 3L);
    assertThat(answers).allMatch(answer -> answer.data() == fixture.number(Errno.ENOENT));
  }

  @Test
  void withoutRoomTheFirstErrorIsTheAnswerAndEndsTheChanges() {
    int[] pair = fixture.pair();
    fixture.write(pair[1], 1);
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_DELETE);
    fixture.change(pair[0], EVFILT_WRITE, 3, EV_ADD, EV_ONESHOT);
    assertThat(fixture.send()).isEqualTo(-fixture.number(Errno.ENOENT));
    assertThat(fixture.await()).extracting(Event::udata).containsExactly(1L);
  }

  @Test
  void whenTheRoomForErrorsRunsOutTheNextOneIsTheAnswer() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_WRITE, 1, EV_DELETE);
    fixture.change(pair[0], EVFILT_READ, 2, EV_DELETE);
    fixture.change(pair[0], EVFILT_WRITE, 3, EV_ADD, EV_ONESHOT);
    assertThat(fixture.call(10_000_000_000L, 1)).isEqualTo(-fixture.number(Errno.ENOENT));
    assertThat(fixture.await(20, 8)).as("later changes were not applied").isEmpty();
  }

  @Test
  void receiptsAnswerEachChangeAndEndTheCallWithoutWaiting() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_RECEIPT);
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT, EV_RECEIPT);
    fixture.change(99, EVFILT_TIMER, 3, EV_DELETE, EV_RECEIPT);
    List<Event> answers = fixture.await();
    assertThat(answers).extracting(Event::udata).containsExactly(1L, 2L, 3L);
    assertThat(answers).allMatch(answer -> fixture.is(answer, EV_ERROR));
    assertThat(answers)
        .extracting(Event::data)
        .containsExactly(0L, 0L, (long) fixture.number(Errno.ENOENT));
    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
  }

  @Test
  void descriptorThatIsNotOpenIsRefused() {
    int[] pair = fixture.pair();
    fixture.close(pair[1]);
    long[] bad = {pair[1], 1 << 30, -1};
    for (long ident : bad) {
      fixture.change(ident, EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
      fixture.change(ident, EVFILT_WRITE, 2, EV_ADD, EV_CLEAR);
      List<Event> answers = fixture.await();
      assertThat(answers).hasSize(2);
      assertThat(answers).allMatch(answer -> fixture.is(answer, EV_ERROR));
      assertThat(answers).allMatch(answer -> answer.data() == fixture.number(Errno.EBADF));
    }
  }

  @Test
  void unknownFilterIsRefused() {
    // No filter has this number anywhere; those of NetBSD are positive.
    fixture.change(1, EV_EOF, 1, EV_ADD);
    Event answer = fixture.awaitOne();
    assertThat(fixture.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(fixture.number(Errno.EINVAL));
  }

  @Test
  void changesAndEventsMayShareTheirMemory() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_DELETE);
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT, EV_RECEIPT);
    fixture.change(pair[0], EVFILT_TIMER, 3, EV_DELETE);
    List<Event> answers = fixture.awaitInPlace();
    assertThat(answers).extracting(Event::udata).containsExactly(1L, 2L, 3L);
  }
}
