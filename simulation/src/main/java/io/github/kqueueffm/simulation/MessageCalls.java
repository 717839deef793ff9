package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;

/** The calls that receive and send, and the structs that they take. */
final class MessageCalls {
  private final World world;
  private final Platform platform;
  private final Struct msghdr;
  private final Struct iovec;

  /** For the calls that do not block, during which no other call uses it. */
  private final Message shared = new Message();

  MessageCalls(World world) {
    this.world = world;
    platform = world.platform;
    msghdr = platform.struct("msghdr");
    iovec = platform.struct("iovec");
  }

  private Message message(OpenFile file) {
    return file.nonBlocking ? shared : new Message();
  }

  /** recv. */
  long receive(OpenFile file, long buffer, long length, int flags) {
    Message message = message(file).toReceive(0, 0, 0, 0);
    message.iov.one(buffer, length);
    return file.receive(message, flags);
  }

  /** recvmsg. */
  long receive(OpenFile file, long memory, int flags) {
    if (isTooMany(memory)) {
      return world.error(Errno.EMSGSIZE);
    }
    Message message =
        message(file)
            .toReceive(
                get(memory, "msg_name"),
                (int) get(memory, "msg_namelen"),
                get(memory, "msg_control"),
                get(memory, "msg_controllen"));
    pieces(message, memory);
    long result = file.receive(message, flags);
    if (result >= 0) {
      put(memory, "msg_namelen", message.nameLength);
      put(memory, "msg_controllen", message.controlLength);
      put(memory, "msg_flags", message.flags);
    }
    return result;
  }

  /** send, and sendto with an address. */
  long send(OpenFile file, long buffer, long length, int flags, long address, int addressLength) {
    Message message = message(file).toSend(address, addressLength, 0, 0);
    message.iov.one(buffer, length);
    if (address != 0 && (flags & platform.getOr(Constant.MSG_FASTOPEN, 0)) != 0) {
      Address remote = world.addresses.read(address, addressLength);
      return remote == null ? world.error(Errno.EINVAL) : file.connectWith(remote, message.iov);
    }
    return file.send(message, flags);
  }

  /** sendmsg. */
  long send(OpenFile file, long memory, int flags) {
    if (isTooMany(memory)) {
      return world.error(Errno.EMSGSIZE);
    }
    Message message =
        message(file)
            .toSend(
                get(memory, "msg_name"),
                (int) get(memory, "msg_namelen"),
                get(memory, "msg_control"),
                get(memory, "msg_controllen"));
    pieces(message, memory);
    int refused = message.control == 0 ? 0 : world.controlData.refusal(message);
    return refused < 0 ? refused : file.send(message, flags);
  }

  private boolean isTooMany(long memory) {
    return get(memory, "msg_iovlen") > platform.get(Constant.IOV_MAX);
  }

  private void pieces(Message message, long memory) {
    message.iov.many(iovec, get(memory, "msg_iov"), (int) get(memory, "msg_iovlen"));
  }

  private long get(long memory, String field) {
    return Memory.getUnsigned(memory + msghdr.offset(field), msghdr.width(field));
  }

  private void put(long memory, String field, long value) {
    Memory.put(memory + msghdr.offset(field), msghdr.width(field), value);
  }

  long receiveMany(OpenFile file, long mmsghdrs, int count, int flags) {
    return many(file, mmsghdrs, count, flags, false);
  }

  long sendMany(OpenFile file, long mmsghdrs, int count, int flags) {
    return many(file, mmsghdrs, count, flags, true);
  }

  private long many(OpenFile file, long mmsghdrs, int count, int flags, boolean send) {
    Struct struct = platform.struct("mmsghdr");
    long limit = Math.min(Math.min(count, platform.get(Constant.IOV_MAX)), world.limitOfThisCall);
    // A short count is one of messages here, and not of the bytes of each.
    world.limitOfThisCall = Long.MAX_VALUE;
    int done = 0;
    while (done < limit) {
      long at = mmsghdrs + (long) done * struct.size();
      long result = send ? send(file, at, flags) : receive(file, at, flags);
      if (result < 0) {
        leaveError(file, (int) result);
        return done > 0 ? done : result;
      }
      Memory.put(at + struct.offset("msg_len"), struct.width("msg_len"), result);
      done++;
    }
    return done;
  }

  /** The error that ends a call of several messages can stay with the socket. */
  private void leaveError(OpenFile file, int error) {
    if (world.has(Quirk.MANY_LEAVE_ERROR) && file instanceof SocketFile socket) {
      socket.pendingError = -error;
      socket.changed(true, true);
    }
  }

  /** connectx; {@code length} is where the number of bytes sent goes, or 0. */
  long connectx(OpenFile file, long endpoints, long flags, long pieces, int count, long length) {
    Struct struct = platform.struct("sa_endpoints");
    Address remote =
        world.addresses.read(
            Memory.getLong(endpoints + struct.offset("sae_dstaddr")),
            Memory.getInt(endpoints + struct.offset("sae_dstaddrlen")));
    if (remote == null) {
      return world.error(Errno.EINVAL);
    }
    long taken = file.connectWith(remote, message(file).iov.many(iovec, pieces, count));
    if (length != 0) {
      Memory.putLong(length, Math.max(0, taken));
    }
    if (taken < 0) {
      return taken;
    }
    return file.peerName() == null ? world.error(Errno.EINPROGRESS) : 0;
  }
}
