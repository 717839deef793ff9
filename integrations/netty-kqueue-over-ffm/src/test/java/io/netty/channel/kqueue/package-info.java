/** The drop-in, used by the names of Netty's classes. */
package io.netty.channel.kqueue;
