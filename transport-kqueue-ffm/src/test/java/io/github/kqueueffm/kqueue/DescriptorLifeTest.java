package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_DISABLE;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_EOF;
import static io.github.kqueueffm.abi.Constant.EV_ERROR;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.O_RDONLY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors that are closed, with and without a word, duplicated, and used again. */
class DescriptorLifeTest extends AbstractEpollKqueueTest {

  @Test
  void forgottenDescriptorIsSilentThoughADuplicateLives() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();
    int duplicate = fixture.dup(pair[0]);
    fixture.close(pair[0]);
    fixture.write(pair[1], 1);
    calls.reset();
    assertThat(fixture.await(20, 8)).isEmpty();
    assertThat(calls.count("epollPwait2")).isEqualTo(1);

    fixture.change(duplicate, EVFILT_READ, 8, EV_ADD);
    assertThat(fixture.awaitOne().udata()).isEqualTo(8);
  }

  @Test
  void numberUsedAgainAfterForgetStartsWithoutKnotes() {
    int[] first = fixture.pair();
    fixture.change(first[0], EVFILT_READ, 1, EV_ADD);
    fixture.change(first[0], EVFILT_WRITE, 1, EV_ADD, EV_CLEAR);
    fixture.poll();
    fixture.close(first[0]);
    fixture.close(first[1]);
    int[] second = fixture.pair();
    assertThat(second).contains(first);
    fixture.write(second[0], 1);
    fixture.write(second[1], 1);
    assertThat(fixture.await(5, 8)).isEmpty();
    assertThat(fixture.change(first[0], EVFILT_READ, 1, EV_DELETE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));

    fixture.change(first[0], EVFILT_READ, 2, EV_ADD, EV_ONESHOT);
    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
  }

  @Test
  void numberUsedAgainWithoutAWordIsNoticedByTheNewUdata() {
    int[] first = fixture.pair();
    fixture.change(first[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    fixture.change(first[0], EVFILT_WRITE, 1, EV_ADD).apply();
    fixture.closeBehind(first[0]);
    fixture.closeBehind(first[1]);
    int[] second = fixture.pair();
    assertThat(second).contains(first);
    fixture.change(first[0], EVFILT_READ, 2, EV_ADD, EV_ONESHOT).apply();
    fixture.write(second[0], 1);
    fixture.write(second[1], 1);

    Event event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(2);
    assertThat(event.filter()).isEqualTo(fixture.get(EVFILT_READ));
  }

  @Test
  void clearedKnoteOfANumberUsedAgainWithoutAWordIsNoticedToo() {
    int[] first = fixture.pair();
    fixture.change(first[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR).apply();
    fixture.closeBehind(first[0]);
    fixture.closeBehind(first[1]);
    int[] second = fixture.pair();
    assertThat(second).contains(first);
    fixture.change(first[0], EVFILT_READ, 2, EV_ADD, EV_CLEAR).apply();
    fixture.write(second[0], 1);
    fixture.write(second[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
    assertThat(fixture.poll()).isEmpty();
  }

  @Test
  void changeOfADescriptorClosedWithoutAWordIsRefused() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD).apply();
    fixture.closeBehind(pair[0]);
    fixture.change(pair[0], EVFILT_READ, 2, EV_ADD);
    Event answer = fixture.awaitOne();
    assertThat(fixture.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(fixture.number(Errno.EBADF));
  }

  @Test
  void duplicateThatNobodyCanNameDoesNotSpin() {
    makeEpollRebuild();
  }

  private void makeEpollRebuild() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    int[] other = fixture.pair();
    fixture.change(other[0], EVFILT_READ, 3, EV_ADD).apply();
    fixture.dup(pair[0]);
    fixture.closeBehind(pair[0]);
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
    for (int i = 0; i < 5; i++) {
      assertThat(fixture.await(1, 8)).isEmpty();
    }
    calls.reset();
    assertThat(fixture.await(20, 8)).isEmpty();
    assertThat(calls.count("epollPwait2")).isEqualTo(1);

    fixture.write(other[1], 1);
    assertThat(fixture.awaitOne().udata()).as("the others have moved").isEqualTo(3);
  }

  @Test
  void descriptorFoundClosedByAReportOfWhatIsNotArmedIsSilent() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_ADD).apply();
    fixture.dup(pair[0]);
    fixture.closeBehind(pair[0]);
    for (int i = 0; i < 5; i++) {
      assertThat(fixture.await(1, 8)).isEmpty();
    }
  }

  @Test
  void clearedKnoteDeletedAfterItsDescriptorWasClosedIsSilent() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR).apply();
    fixture.dup(pair[0]);
    fixture.closeBehind(pair[0]);
    fixture.change(pair[0], EVFILT_READ, 1, EV_DELETE).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.await(5, 8)).isEmpty();
  }

  @Test
  void rebuiltEpollKeepsClearedKnotes() {
    int[] cleared = fixture.pair();
    fixture.change(cleared[0], EVFILT_READ, 5, EV_ADD, EV_CLEAR).apply();
    makeEpollRebuild();
    fixture.write(cleared[1], 1);
    assertThat(fixture.await()).extracting(Event::udata).contains(5L);
  }

  @Test
  void sameFileUnderItsOldNumberIsTakenUpAgain() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    int duplicate = fixture.dup(pair[0]);
    fixture.closeBehind(pair[0]);
    fixture.change(pair[0], EVFILT_READ, 2, EV_ADD);
    assertThat(fixture.is(fixture.awaitOne(), EV_ERROR)).isTrue();
    assertThat(fixture.dup(duplicate)).isEqualTo(pair[0]);
    fixture.change(pair[0], EVFILT_READ, 3, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(3);
  }

  @Test
  void descriptorsOfManyNumbersAreKept() {
    int[][] pairs = new int[40][];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = fixture.pair();
      fixture.change(pairs[i][0], EVFILT_READ, i, EV_ADD, EV_ONESHOT);
    }
    fixture.apply();
    for (int[] pair : pairs) {
      fixture.write(pair[1], 1);
    }
    assertThat(fixture.await()).hasSize(pairs.length).doesNotHaveDuplicates();
  }

  @Test
  void eventfdAndPipeAreDescriptorsToo() {
    int eventfd = fixture.kernel.eventfd(0, 0);
    int[] pipe = fixture.pipe();
    fixture.change(eventfd, EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    fixture.change(pipe[0], EVFILT_READ, 2, EV_ADD, EV_ONESHOT);
    fixture.change(pipe[1], EVFILT_WRITE, 3, EV_ADD, EV_ONESHOT);
    assertThat(fixture.awaitOne().udata()).isEqualTo(3);
    fixture.write(pipe[1], 4);
    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
    fixture.close(pipe[0]);
    fixture.change(pipe[1], EVFILT_WRITE, 3, EV_ADD, EV_ONESHOT);
    assertThat(fixture.is(fixture.awaitOne(), EV_EOF)).isTrue();
    assertThat(fixture.poll()).isEmpty();
    fixture.kqueue.forget(eventfd);
    assertThat(fixture.kernel.close(eventfd)).isZero();
  }

  @Test
  void regularFileIsRefusedAsEpollRefusesIt(@TempDir Path directory) throws Exception {
    int fd = openFile(directory);
    fixture.change(fd, EVFILT_READ, 1, EV_ADD);
    Event answer = fixture.awaitOne();
    assertThat(fixture.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(fixture.number(Errno.EPERM));
    assertThat(fixture.kernel.close(fd)).isZero();
  }

  /** Opens a regular file, which epoll refuses. */
  private int openFile(Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "text");
    byte[] path = (file + "\0").getBytes(StandardCharsets.UTF_8);
    long memory = NativeMemory.allocate(path.length);
    Memory.copy(path, 0, memory, path.length);
    int fd = fixture.kernel.open(memory, fixture.get(O_RDONLY), 0);
    NativeMemory.free(memory);
    return fd;
  }

  @Test
  void fileUnderTheNumberOfADescriptorClosedWithoutAWordFailsNoCall(@TempDir Path directory)
      throws Exception {
    int[] pair = fixture.pair();
    int[] other = fixture.pair();
    fixture.change(other[0], EVFILT_READ, 2, EV_ADD).apply();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
    fixture.dup(pair[0]);
    int file = pair[0];
    fixture.replaceBehind(file, openFile(directory));
    for (int i = 0; i < 5; i++) {
      assertThat(fixture.await(1, 8)).isEmpty();
    }
    fixture.change(file, EVFILT_READ, 3, EV_ADD);
    Event answer = fixture.awaitOne();
    assertThat(fixture.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(fixture.number(Errno.EPERM));
    fixture.write(other[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
    assertThat(fixture.kernel.close(file)).isZero();
  }

  @Test
  void fileUnderTheNumberOfAnArmedKnoteIsRefusedAsANewOne(@TempDir Path directory)
      throws Exception {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    int file = pair[0];
    fixture.replaceBehind(file, openFile(directory));
    fixture.change(file, EVFILT_READ, 3, EV_ADD, EV_ONESHOT);
    Event answer = fixture.awaitOne();
    assertThat(answer.data()).isEqualTo(fixture.number(Errno.EPERM));
    assertThat(fixture.change(file, EVFILT_READ, 1, EV_DELETE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
    assertThat(fixture.kernel.close(file)).isZero();
  }

  @Test
  void epollThatIsOpenedUnderTheNumberOfAClosedDescriptorIsNotTakenForIt() {
    int[] lost = fixture.pair();
    int[] cleared = fixture.pair();
    fixture.change(lost[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.closeBehind(lost[0]);
    fixture.change(cleared[0], EVFILT_READ, 2, EV_ADD, EV_CLEAR).apply();
    fixture.change(lost[0], EVFILT_READ, 3, EV_ADD, EV_ONESHOT);
    Event answer = fixture.awaitOne();
    assertThat(fixture.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(fixture.number(Errno.EBADF));
    fixture.write(cleared[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
  }

  @Test
  void epollIsRebuiltUnderTheNumberOfAClosedDescriptor() {
    int[] closed = fixture.pair();
    fixture.change(closed[0], EVFILT_READ, 4, EV_ADD, EV_ONESHOT).apply();
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.dup(pair[0]);
    fixture.closeBehind(pair[0]);
    fixture.closeBehind(closed[0]);
    // The number is found to be closed, and what still reports has nobody.
    fixture.change(pair[0], EVFILT_READ, 2, EV_ADD);
    assertThat(fixture.is(fixture.awaitOne(), EV_ERROR)).isTrue();
    fixture.write(pair[1], 1);
    for (int i = 0; i < 5; i++) {
      assertThat(fixture.await(1, 8)).isEmpty();
    }
    calls.reset();
    assertThat(fixture.await(20, 8)).isEmpty();
    assertThat(calls.calls()).containsExactly("epollPwait2");
  }

  /** Has an operation of epoll_ctl on that descriptor fail. */
  private void refuse(Constant operation, int fd, Errno errno) {
    calls.on(
        "epollCtl",
        arguments ->
            (int) arguments[1] == fixture.get(operation) && (int) arguments[2] == fd
                ? -fixture.number(errno)
                : null);
  }

  @Test
  void maskThatCannotBeChangedFailsItsKnoteAndNotTheCall() {
    int[] pair = fixture.pair();
    int[] other = fixture.pair();
    fixture.change(other[0], EVFILT_READ, 3, EV_ADD).apply();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.fill(pair[0]);
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
    refuse(Constant.EPOLL_CTL_MOD, pair[0], Errno.ENOMEM);
    Event answer = fixture.awaitOne();
    assertThat(fixture.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.udata()).isEqualTo(2);
    assertThat(answer.filter()).isEqualTo(fixture.get(EVFILT_WRITE));
    assertThat(answer.data()).isEqualTo(fixture.number(Errno.ENOMEM));
    assertThat(fixture.await(1, 8)).isEmpty();
    calls.reset();
    assertThat(fixture.await(20, 8)).isEmpty();
    assertThat(calls.calls()).containsExactly("epollPwait2");
    fixture.write(other[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(3);
  }

  @Test
  void idleWriterThatCannotBeDisarmedFailsNoCall() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_WRITE, 1, EV_ADD, EV_ONESHOT).apply();
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
    refuse(Constant.EPOLL_CTL_MOD, pair[0], Errno.ENOMEM);
    for (int i = 0; i < 5; i++) {
      assertThat(fixture.await(1, 8)).isEmpty();
    }
    calls.reset();
    assertThat(fixture.await(20, 8)).isEmpty();
    assertThat(calls.calls()).containsExactly("epollPwait2");
  }

  @Test
  void descriptorThatARebuiltEpollRefusesFailsItsKnotesOneByOne() {
    int[] pair = fixture.pair();
    int[] other = fixture.pair();
    fixture.fill(other[0]);
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.change(other[0], EVFILT_READ, 3, EV_ADD).apply();
    fixture.change(other[0], EVFILT_WRITE, 4, EV_ADD).apply();
    fixture.dup(pair[0]);
    fixture.closeBehind(pair[0]);
    fixture.change(pair[0], EVFILT_READ, 2, EV_ADD);
    assertThat(fixture.is(fixture.awaitOne(), EV_ERROR)).isTrue();
    refuse(Constant.EPOLL_CTL_ADD, other[0], Errno.ENOSPC);
    fixture.write(pair[1], 1);
    List<Event> answers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      answers.addAll(fixture.await(1, 1));
    }
    assertThat(answers).extracting(Event::udata).containsExactlyInAnyOrder(3L, 4L);
    assertThat(answers)
        .allMatch(answer -> fixture.is(answer, EV_ERROR))
        .extracting(Event::data)
        .containsOnly((long) fixture.number(Errno.ENOSPC));
    calls.reset();
    assertThat(fixture.await(20, 8)).isEmpty();
    assertThat(calls.count("epollPwait2")).isEqualTo(1);
    calls.restore("epollCtl");
    fixture.change(other[0], EVFILT_READ, 5, EV_ADD).apply();
    fixture.write(other[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(5);
  }

  @Test
  void releasedDescriptorWithASpentKnoteIsSilentThoughADuplicateLives() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
    calls.reset();
    fixture.kqueue.release(pair[0]);
    assertThat(calls.count("epollCtl")).isEqualTo(1);
    fixture.dup(pair[0]);
    fixture.closeBehind(pair[0]);
    calls.reset();
    assertThat(fixture.await(20, 8)).isEmpty();
    assertThat(calls.calls()).containsExactly("epollPwait2");
  }

  @Test
  void releasedDescriptorKeepsWhatItHasAKnoteFor() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_DISABLE).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
    calls.reset();
    fixture.kqueue.release(pair[0]);
    assertThat(calls.count("epollCtl")).isZero();
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_ENABLE);
    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
  }

  @Test
  void releasedDescriptorMayBeAddedAgain() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.change(pair[0], EVFILT_READ, 1, EV_DELETE).apply();
    fixture.kqueue.release(pair[0]);
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
  }

  @Test
  void deletionThatFailsForgetsTheDescriptorAllTheSame() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD);
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_CLEAR).apply();
    refuse(Constant.EPOLL_CTL_DEL, pair[0], Errno.ENOMEM);
    fixture.kqueue.forget(pair[0]);
    fixture.write(pair[1], 1);
    for (int i = 0; i < 5; i++) {
      assertThat(fixture.await(1, 8)).isEmpty();
    }
    calls.restore("epollCtl");
    calls.reset();
    assertThat(fixture.await(20, 8)).isEmpty();
    assertThat(calls.calls()).containsExactly("epollPwait2");
    fixture.change(pair[0], EVFILT_READ, 3, EV_ADD, EV_ONESHOT);
    assertThat(fixture.awaitOne().udata()).isEqualTo(3);
    fixture.change(pair[0], EVFILT_WRITE, 4, EV_ADD, EV_CLEAR);
    assertThat(fixture.awaitOne().udata()).isEqualTo(4);
  }

  @Test
  void forgettingWhatWasNeverAddedIsNothing() {
    calls.reset();
    fixture.kqueue.forget(0);
    fixture.kqueue.forget(-1);
    fixture.kqueue.release(1_000_000);
    fixture.kqueue.forget(1_000_000);
    assertThat(calls.count("epollCtl")).isZero();
  }
}
