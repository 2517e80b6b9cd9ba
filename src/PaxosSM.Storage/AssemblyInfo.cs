using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("PaxosSM.Storage.Tests")]
