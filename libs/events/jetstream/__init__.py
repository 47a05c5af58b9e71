"""The log on NATS JetStream: the stream, the questions asked of it, the pull loop, the store of what is on air."""
