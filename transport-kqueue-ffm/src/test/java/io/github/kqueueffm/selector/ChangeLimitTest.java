package io.github.kqueueffm.selector;

import static io.github.kqueueffm.selector.Interest.ONE_SHOT;
import static io.github.kqueueffm.selector.Interest.PEER_CLOSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kevent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No kevent call has more changes than slots for events: errors could fill them up otherwise. */
class ChangeLimitTest extends AbstractPollerTest {
  ChangeLimitTest() {
    super("freebsd-x86_64", 4);
  }

  private Kevent arm(long fd) {
    return script.read(fd).oneShot();
  }

  private List<Registration> addArmed(int count) {
    List<Registration> registrations = new ArrayList<>();
    for (int fd = 1; fd <= count; fd++) {
      Registration registration = poller.add(fd, fd);
      registration.read(ONE_SHOT);
      registrations.add(registration);
    }
    return registrations;
  }

  @Test
  void earlierPartsAreAppliedWithoutWaiting() throws IOException {
    for (int i = 0; i < 10; i++) {
      Kevent change = script.timer(9).delete();
      poller.add(9 + i, null).submit(change.filter(), change.flags(), 0, i);
    }
    script.expectKevent().polls().where(call -> count(call.changes(), 4)).answers(0);
    script.expectKevent().polls().where(call -> count(call.changes(), 4)).answers(0);
    script.expectKevent().forEver().where(call -> count(call.changes(), 2)).answers(0);
    assertThat(turn()).isZero();
  }

  private static String count(List<Kevent> changes, int expected) {
    return changes.size() == expected ? null : "it has not " + expected + " changes";
  }

  @Test
  void partThatReturnsEventsEndsItsTurn() throws IOException {
    List<Registration> registrations = addArmed(7);
    script.expectKevent().changes(arm(1)).polls().returns(script.read(1).data(1));
    assertThat(turn()).isEqualTo(1);
    assertThat(events.registration(0)).isSameAs(registrations.get(0));

    // What has not gone out is still to come, and 1 is not armed again by itself.
    script.expectKevent().changes(arm(2)).polls().returns();
    script.expectKevent().changes(arm(3)).polls().returns();
    script.expectKevent().changes(arm(4)).polls().returns();
    script.expectKevent().changes(arm(5)).polls().returns();
    script.expectKevent().changes(arm(6)).polls().returns();
    script.expectKevent().changes(arm(7)).forEver().returns();
    assertThat(turn()).isZero();
  }

  @Test
  void errorsCanFillAllSlots() throws IOException {
    useSlots(8);
    addArmed(5);
    script
        .expectKevent()
        .changes(arm(1), arm(2), arm(3), arm(4), arm(5))
        .forEver()
        .returns(
            arm(1).error(Errno.EBADF),
            arm(2).error(Errno.EBADF),
            arm(3).error(Errno.EBADF),
            arm(4).error(Errno.EBADF),
            arm(5).error(Errno.EBADF));
    assertThat(turn()).isEqualTo(5);
    assertThat(events.isError(4)).isTrue();
  }

  @Test
  void unsentInterestIsNotTheKernelsInterest() throws IOException {
    Registration first = poller.add(1, null);
    Registration second = poller.add(2, null);
    second.read(PEER_CLOSE);
    script.expectKevent().changes(script.read(2).sentinel()).returns();
    turn();

    first.read(ONE_SHOT);
    second.read(ONE_SHOT);
    // The peer-close knote fires in the call that does not delete it.
    script.expectKevent().changes(arm(1)).polls().returns(script.read(2).data(9));
    assertThat(turn()).isZero();
    script.expectKevent().changes(script.read(2).delete(), arm(2)).forEver().returns();
    turn();
  }

  @Test
  void eintrInPartLeavesTheRestForTheNextTurn() throws IOException {
    addArmed(2);
    script.expectKevent().changes(arm(1)).polls().fails(Errno.EINTR);
    assertThat(turn()).isZero();
    script.expectKevent().changes(arm(2)).forEver().returns();
    turn();
  }

  @Test
  void changelistGrowsAsNeeded() throws IOException {
    useSlots(1000);
    List<Registration> registrations = addArmed(700);
    script
        .expectKevent()
        .where(call -> {
          List<Kevent> changes = call.changes();
          for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).ident() != i + 1
                || changes.get(i).udata() != registrations.get(i).id()) {
              return "change " + i + " is " + changes.get(i);
            }
          }
          return count(changes, 700);
        })
        .answers(0);
    assertThat(turn()).isZero();
  }

  @Test
  void capacityBelowTheNeedOfOneRegistrationIsRaised() {
    try (Events events = new Events(1)) {
      assertThat(events.capacity()).isEqualTo(4);
    }
  }

  @Test
  void changesThatFillAllSlotsAreSentWithTheWait() throws IOException {
    Registration registration = poller.add(9, null);
    Kevent change = script.timer(9).delete();
    for (int i = 0; i < 4; i++) {
      registration.submit(change.filter(), change.flags(), 0, i);
    }
    script.expectKevent().forEver().where(call -> count(call.changes(), 4)).answers(0);
    assertThat(turn()).isZero();
  }

  @Test
  void unsentInterestsKeepTheirOrderWhenOthersAreAdded() throws IOException {
    addArmed(60);
    // An event ends the turn, so that most of them have to wait for the next one.
    script.expectKevent().polls().returns(script.read(1));
    assertThat(turn()).isEqualTo(1);
    int added = 100;
    for (int fd = 61; fd <= added; fd++) {
      poller.add(fd, fd).read(ONE_SHOT);
    }
    List<Long> armed = new ArrayList<>();
    script
        .allow("kevent")
        .does(call -> {
          call.changes().forEach(change -> armed.add(change.ident()));
          return 0;
        });
    turn();
    assertThat(armed).isSorted().endsWith((long) added);
    assertThat(armed.get(0) + armed.size()).isEqualTo(added + 1);
  }
}
