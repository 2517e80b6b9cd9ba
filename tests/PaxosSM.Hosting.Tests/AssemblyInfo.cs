// The client's tests move time by hand, and it runs away from threads that whole clusters keep from running.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
