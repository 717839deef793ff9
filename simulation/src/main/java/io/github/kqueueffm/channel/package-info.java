/** The part of the simulation that has to be in the package of the channels. */
package io.github.kqueueffm.channel;
