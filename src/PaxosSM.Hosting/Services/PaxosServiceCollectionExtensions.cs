using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Hosting;

/// <summary>Adds a PaxosSM node to an application.</summary>
public static class PaxosServiceCollectionExtensions
{
    /// <summary>Adds a node that starts and stops with the host, its <see cref="IPaxosClient"/>, and its health
    /// check.</summary>
    /// <remarks>One node a service collection. An <see cref="IProtocolEventSink"/>, <see cref="IConnectionSecurity"/>
    /// or <see cref="IOutboxHandler"/> among the services is used.</remarks>
    /// <exception cref="PaxosConfigurationException">No state machine was named.</exception>
    public static IServiceCollection AddPaxosSM(this IServiceCollection services, Action<PaxosBuilder> cluster)
    {
        PaxosBuilder builder = new(services);
        cluster(builder);
        var machine = builder.Machine
            ?? throw new PaxosConfigurationException("no state machine is named: call StateMachine<TMachine>()");
        services.AddOptions<PaxosOptions>().Configure(builder.Apply).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PaxosOptions>, PaxosOptionsValidator>());
        services.AddSingleton(provider => NewNode(provider, machine));
        services.AddSingleton(provider => provider.GetRequiredService<PaxosNode>().CreateClient());
        services.AddHostedService<PaxosHostedService>();
        services.AddHealthChecks().AddCheck<PaxosHealthCheck>("paxossm");
        return services;
    }

    /// <summary>Adds a node whose settings are set in code.</summary>
    public static IServiceCollection AddPaxosSM<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMachine>(
        this IServiceCollection services, Action<PaxosOptions> configure)
        where TMachine : class, IStateMachine =>
        services.AddPaxosSM(cluster => cluster.StateMachine<TMachine>().Configure(configure));

    /// <summary>Adds a node whose settings stand in the application's configuration.</summary>
    public static IServiceCollection AddPaxosSM<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMachine>(
        this IServiceCollection services, IConfiguration section)
        where TMachine : class, IStateMachine =>
        services.AddPaxosSM(cluster => cluster.StateMachine<TMachine>().Configuration(section));

    private static PaxosNode NewNode(IServiceProvider provider, Func<IServiceProvider, IStateMachine> machine) => new(
        provider.GetRequiredService<IOptions<PaxosOptions>>().Value,
        () => machine(provider),
        new()
        {
            LoggerFactory = provider.GetRequiredService<ILoggerFactory>(),
            Time = provider.GetService<TimeProvider>() ?? TimeProvider.System,
            Security = provider.GetService<IConnectionSecurity>() ?? new PlainConnections(),
            OutboxHandler = provider.GetService<IOutboxHandler>(),
            EventSinks = [.. provider.GetServices<IProtocolEventSink>()],
        });
}
