package io.github.kqueueffm.frameworks;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers, on a free port of the loopback address, that every name has the address 127.0.0.1 and no
 * other. Of the JDK's own sockets, so that what Netty's carry is the client's.
 */
public final class NameServer implements AutoCloseable {
  private static final int HEADER = 12;
  private static final short RESPONSE_NO_ERROR = (short) 0x8180;
  private static final short TYPE_A = 1;
  private static final short CLASS_IN = 1;
  private static final short NAME_OF_THE_QUESTION = (short) 0xc00c;

  private final DatagramSocket socket;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  public NameServer() throws IOException {
    socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    thread.execute(this::serve);
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  private void serve() {
    try {
      while (!socket.isClosed()) {
        DatagramPacket query = new DatagramPacket(new byte[512], 512);
        socket.receive(query);
        byte[] answer = answer(ByteBuffer.wrap(query.getData(), 0, query.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
      }
    } catch (SocketException e) {
      if (!socket.isClosed()) {
        throw new IllegalStateException("the name server has failed", e);
      }
    } catch (IOException e) {
      throw new IllegalStateException("the name server has failed", e);
    }
  }

  private static byte[] answer(ByteBuffer query) {
    int end = HEADER;
    while (query.get(end) != 0) {
      end += 1 + query.get(end);
    }
    short type = query.getShort(end + 1);
    int afterQuestion = end + 5;
    boolean known = type == TYPE_A;
    ByteBuffer answer = ByteBuffer.allocate(afterQuestion + 16);
    answer.putShort(query.getShort(0)).putShort(RESPONSE_NO_ERROR);
    answer.putShort((short) 1).putShort((short) (known ? 1 : 0)).putInt(0);
    answer.put(query.slice(HEADER, afterQuestion - HEADER));
    if (known) {
      answer.putShort(NAME_OF_THE_QUESTION).putShort(TYPE_A).putShort(CLASS_IN);
      answer.putInt(60).putShort((short) 4).put(new byte[] {127, 0, 0, 1});
    }
    return Arrays.copyOf(answer.array(), answer.position());
  }

  @Override
  public void close() {
    socket.close();
    thread.close();
  }
}
