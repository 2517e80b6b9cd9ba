using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace PaxosSM.Hosting;

/// <summary>Describes a node in code; what is said later wins.</summary>
public sealed class PaxosBuilder
{
    private readonly List<Action<PaxosOptions>> _settings = [];

    internal PaxosBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    internal Func<IServiceProvider, IStateMachine>? Machine { get; private set; }

    /// <summary>Names the cluster.</summary>
    public PaxosBuilder Cluster(string name) => Configure(options => options.Cluster = name);

    /// <summary>Adds a member: in the same order at every member.</summary>
    public PaxosBuilder Member(string id, string address, MemberRoles roles = MemberRoles.All) =>
        Configure(options => options.Members.Add(new(id, address, roles)));

    /// <summary>Says which member this node is.</summary>
    public PaxosBuilder Self(string id) => Configure(options => options.Self = id);

    /// <summary>Names the data folder.</summary>
    public PaxosBuilder Data(string folder) => Configure(options => options.Data = folder);

    /// <summary>Listens elsewhere than at this member's address.</summary>
    public PaxosBuilder Listen(string address) => Configure(options => options.Listen = address);

    /// <summary>Chooses what acknowledgements survive (R26).</summary>
    public PaxosBuilder Durability(Durability durability) => Configure(options => options.Durability = durability);

    /// <summary>Reads a cluster file, see <see cref="ClusterFile"/>.</summary>
    public PaxosBuilder File(string path) => Configure(options => ClusterFile.Load(path, options));

    /// <summary>Reads a section of the application's configuration: cluster, members, self, data, file,
    /// options.</summary>
    public PaxosBuilder Configuration(IConfiguration section) =>
        Configure(options => ConfigurationReader.Read(section, options));

    /// <summary>Sets one option by name, see <see cref="PaxosSettings"/>.</summary>
    public PaxosBuilder Option(string name, string text) =>
        Configure(options => PaxosSettings.Apply(options, name, text));

    /// <summary>Sets anything.</summary>
    public PaxosBuilder Configure(Action<PaxosOptions> configure)
    {
        _settings.Add(configure);
        return this;
    }

    /// <summary>Replicates a machine, made with the application's services.</summary>
    public PaxosBuilder StateMachine<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMachine>()
        where TMachine : class, IStateMachine =>
        StateMachine(services => ActivatorUtilities.CreateInstance<TMachine>(services));

    /// <summary>Replicates a machine; each call makes an empty one; mostly it is called once.</summary>
    public PaxosBuilder StateMachine(Func<IServiceProvider, IStateMachine> machine)
    {
        Machine = machine;
        return this;
    }

    internal void Apply(PaxosOptions options)
    {
        foreach (var setting in _settings)
        {
            setting(options);
        }
    }
}
