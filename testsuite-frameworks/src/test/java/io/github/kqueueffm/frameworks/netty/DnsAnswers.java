package io.github.kqueueffm.frameworks.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import java.util.Locale;

/** Every name has one address, but one has many: too many for a datagram. */
final class DnsAnswers extends SimpleChannelInboundHandler<DnsQuery> {
  static final String NAME_OF_MANY = "many.example.";
  static final int MANY = 200;

  private static final int SECONDS_TO_LIVE = 60;

  @Override
  protected void channelRead0(ChannelHandlerContext context, DnsQuery query) {
    DnsQuestion question = query.recordAt(DnsSection.QUESTION);
    DnsResponse response = response(query);
    response.addRecord(DnsSection.QUESTION, question);
    if (question.type().equals(DnsRecordType.A)) {
      int addresses = question.name().toLowerCase(Locale.ROOT).equals(NAME_OF_MANY) ? MANY : 1;
      if (addresses > 1 && query instanceof DatagramDnsQuery) {
        response.setTruncated(true);
      } else {
        addAddresses(response, question.name(), addresses);
      }
    }
    context.writeAndFlush(response);
  }

  private static DnsResponse response(DnsQuery query) {
    return query instanceof DatagramDnsQuery datagram
        ? new DatagramDnsResponse(
            /* sender= */ datagram.recipient(), /* recipient= */ datagram.sender(), datagram.id())
        : new DefaultDnsResponse(query.id());
  }

  /** 192.0.2.1 and those after it. */
  private static void addAddresses(DnsResponse response, String name, int count) {
    for (int last = 1; last <= count; last++) {
      response.addRecord(
          DnsSection.ANSWER,
          new DefaultDnsRawRecord(
              name,
              DnsRecordType.A,
              SECONDS_TO_LIVE,
              Unpooled.wrappedBuffer(new byte[] {(byte) 192, 0, 2, (byte) last})));
    }
  }
}
